package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
)

// newEventsCommand shows what happened.
func newEventsCommand(a *app) *cobra.Command {
	var watch bool
	var limit int
	c := &cobra.Command{
		Use:   "events [NAME|KIND/NAME]",
		Short: "Show what happened, oldest first",
		RunE: func(cmd *cobra.Command, args []string) error {
			about := ""
			if len(args) > 1 {
				return usageError("want at most one NAME or KIND/NAME")
			}
			if limit < 0 {
				return usageError("--limit %d: want how many events, or 0 for the default", limit)
			}
			if len(args) == 1 {
				about = args[0]
			}
			if a.namespace != "" && !strings.Contains(about, "/") {
				return usageError("-n %s: want the KIND/NAME that is in this namespace", a.namespace)
			}
			if kind, _, named := strings.Cut(about, "/"); named {
				if _, err := wire.KindNamed(kind); err != nil {
					return usageError("%s: %v", about, err)
				}
			}
			if a.namespace != "" {
				s, err := a.subject(about)
				if err != nil {
					return err
				}
				if about = s.kind.Name + "/" + s.name; s.kind.Namespaced {
					about = s.kind.Name + "/" + s.namespace + "/" + s.name
				}
			}
			cl, err := a.client()
			if err != nil {
				return err
			}
			defer cl.Close()
			list, err := cl.Events(cmd.Context(), about, limit)
			if err != nil {
				return err
			}
			switch {
			case a.output.structured() && watch:
				for _, e := range list.Items {
					if err := a.printNext(e); err != nil {
						return err
					}
				}
			case a.output.structured():
				return a.printStructured(list)
			case len(list.Items) == 0 && !watch && about != "":
				a.sayf("no events of %s", about)
			default:
				for _, e := range list.Items {
					a.printEvent(e)
				}
			}
			if !watch {
				return nil
			}
			return cl.WatchEvents(cmd.Context(), about, list.Metadata.ResourceVersion, func(e records.Event) error {
				if a.output.structured() {
					return a.printNext(e)
				}
				a.printEvent(e)
				return nil
			})
		},
	}
	c.Flags().BoolVarP(&watch, "watch", "w", false, "go on and show events as they happen")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant of KIND/NAME (default: any)")
	c.Flags().IntVar(&limit, "limit", 0, "at most so many, the latest (default 500)")
	return c
}

// printEvent prints one event as one line.
func (a *app) printEvent(e records.Event) {
	subject := wire.Ref(e.Kind, e.Namespace, e.Name)
	if e.Kind == "" {
		subject = e.Name
	}
	if e.Device != "" && e.Device != e.Name {
		subject += " on " + e.Device
	}
	by := ""
	if e.Who != "" {
		by = "  by " + e.Who
	}
	a.printf("%s  %-16s  %s  %s%s\n", e.Time.Local().Format("2006-01-02 15:04:05.000"), clean(e.Reason), clean(subject), clean(e.Message), clean(by))
}
