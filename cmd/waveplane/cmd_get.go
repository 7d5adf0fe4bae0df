package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// getFlags choose what is shown.
type getFlags struct {
	all      bool
	selector string
	watch    bool
}

// newGetCommand lists documents with their status.
func newGetCommand(a *app) *cobra.Command {
	var f getFlags
	c := &cobra.Command{
		Use:   "get KIND [NAME...] | KIND/NAME...",
		Short: "Show documents with their status",
		Long: `Show documents with their status. Kinds: sites, devices (dev), links, modes,
circuits (ckt), wavelengths (wl). Wavelengths that the planner made for a
circuit are shown beside those written by hand. "all" shows every kind.`,
		Example: `  waveplane get circuits -A
  waveplane get wl -o wide
  waveplane get dev/r1 -o yaml`,
		Args: atLeastOne("KIND, KIND NAME or KIND/NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			return a.get(cmd.Context(), cl, args, f)
		},
	}
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	c.Flags().BoolVarP(&f.all, "all-namespaces", "A", false, "all tenants")
	c.Flags().StringVarP(&f.selector, "selector", "l", "", "labels, such as team=a,tier!=test")
	c.Flags().BoolVarP(&f.watch, "watch", "w", false, "go on and show each change")
	return c
}

func (a *app) get(ctx context.Context, cl *client.Client, args []string, f getFlags) error {
	if strings.EqualFold(args[0], "all") && len(args) == 1 {
		return a.getAll(ctx, cl, f)
	}
	if len(args) == 1 && !strings.Contains(args[0], "/") {
		kind, err := wire.KindNamed(args[0])
		if err != nil {
			return usageError("%v", err)
		}
		return a.getKind(ctx, cl, kind, f)
	}
	if f.watch {
		return usageError("--watch goes with a kind, not with names")
	}
	subjects, err := a.subjects(args)
	if err != nil {
		return err
	}
	var items []wire.Object
	for _, s := range subjects {
		obj, err := cl.Get(ctx, s.kind, s.namespace, s.name)
		if err != nil {
			return err
		}
		items = append(items, obj)
	}
	if len(items) == 1 && a.output.structured() {
		return a.printStructured(items[0])
	}
	return a.printObjects(items, false)
}

func (a *app) listOptions(f getFlags) client.ListOptions {
	o := client.ListOptions{LabelSelector: f.selector}
	if !f.all {
		o.Namespace = a.tenant()
	}
	return o
}

func (a *app) getKind(ctx context.Context, cl *client.Client, kind wire.Kind, f getFlags) error {
	list, err := cl.List(ctx, kind, a.listOptions(f))
	if err != nil {
		return err
	}
	switch {
	case f.watch && a.output.structured():
		for _, o := range list.Items {
			if err := a.printStructured(wireEvent(wire.Added, o)); err != nil {
				return err
			}
		}
	case a.output.structured():
		return a.printStructured(list)
	case len(list.Items) == 0 && !f.watch:
		a.sayf("no %s%s", kind.Plural, inNamespace(kind, a, f))
	default:
		if err := a.printObjects(list.Items, f.all); err != nil {
			return err
		}
	}
	if !f.watch {
		return nil
	}
	return cl.Watch(ctx, kind, a.listOptions(f), list.Metadata.ResourceVersion, func(t wire.WatchType, o wire.Object) error {
		switch {
		case t == wire.Bookmark:
			return nil
		case a.output.structured():
			return a.printNext(wireEvent(t, o))
		case t == wire.Deleted:
			a.printf("%s deleted\n", o.Ref())
			return nil
		case a.output == outName:
			a.printf("%s\n", o.Ref())
			return nil
		}
		_, rows := a.objectRows(kind, []wire.Object{o}, f.all)
		a.printf("%s\n", strings.Join(rows[0], "  "))
		return nil
	})
}

// watchLine is one change as printed with -w -o json.
type watchLine struct {
	Type   wire.WatchType `json:"type"`
	Object wire.Object    `json:"object"`
}

func wireEvent(t wire.WatchType, o wire.Object) watchLine { return watchLine{t, o} }

func inNamespace(kind wire.Kind, a *app, f getFlags) string {
	if !kind.Namespaced || f.all {
		return ""
	}
	return fmt.Sprintf(" in namespace %s (-A shows all)", a.tenant())
}

// getAll shows every kind, one table each.
func (a *app) getAll(ctx context.Context, cl *client.Client, f getFlags) error {
	if f.watch {
		return usageError("--watch goes with one kind")
	}
	all := wire.List{APIVersion: intents.APIVersion, Kind: "List", Items: []wire.Object{}}
	for _, kind := range wire.Kinds() {
		list, err := cl.List(ctx, kind, a.listOptions(f))
		if err != nil {
			return err
		}
		if all.Metadata.ResourceVersion == "" {
			all.Metadata = list.Metadata
		}
		all.Items = append(all.Items, list.Items...)
	}
	if a.output.structured() {
		return a.printStructured(all)
	}
	return a.printObjects(all.Items, f.all)
}

// printObjects prints one table per kind, in the order of the kinds.
func (a *app) printObjects(items []wire.Object, namespaces bool) error {
	if a.output.structured() {
		return a.printStructured(wire.List{APIVersion: intents.APIVersion, Kind: "List", Items: items})
	}
	if a.output == outName {
		for _, o := range items {
			a.printf("%s\n", o.Ref())
		}
		return nil
	}
	first := true
	for _, kind := range wire.Kinds() {
		var some []wire.Object
		for _, o := range items {
			if o.Kind == kind.Name {
				some = append(some, o)
			}
		}
		if len(some) == 0 {
			continue
		}
		if !first {
			a.printf("\n")
		}
		first = false
		headings, rows := a.objectRows(kind, some, namespaces)
		a.grid(headings, rows)
	}
	return nil
}
