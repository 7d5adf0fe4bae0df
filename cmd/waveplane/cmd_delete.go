package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// newDeleteCommand deletes documents.
func newDeleteCommand(a *app) *cobra.Command {
	var f changeFlags
	var ignoreMissing bool
	var writeOff []string
	c := &cobra.Command{
		Use:   "delete KIND/NAME... | KIND NAME... | -f FILE|DIR",
		Short: "Delete documents; light is taken down in order",
		Long: `Delete documents. A circuit's wavelengths are drained, their lasers switched off
and everything that is ours removed from the devices; then the name is free.
A circuit that carries light needs --allow-outage and --reason; a site, device or
link that others need is refused.

A device that is out of reach is waited for. If it will never come back, --write-off
lets the deletion end without it, and what is on it then, light included, stays there.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd.Context(), args, f, ignoreMissing, writeOff)
		},
	}
	f.register(c)
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	c.Flags().BoolVar(&ignoreMissing, "ignore-not-found", false, "what does not exist counts as deleted")
	c.Flags().StringArrayVar(&writeOff, "write-off", nil, "device that is out of reach for good: end without it (again for more); needs --reason")
	return c
}

func (a *app) delete(ctx context.Context, args []string, f changeFlags, ignoreMissing bool, writeOff []string) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	if o.WriteOff = writeOff; len(writeOff) > 0 {
		switch {
		case len(f.files) > 0:
			return usageError("--write-off goes with KIND/NAME, not with -f")
		case strings.TrimSpace(f.reason) == "":
			return usageError("--write-off needs --reason")
		}
	}
	if (len(args) == 0) == (len(f.files) == 0) {
		return usageError("give either KIND/NAME (again for more) or -f")
	}
	cl, err := a.client()
	if err != nil {
		return err
	}
	defer cl.Close()
	var report wire.ChangeReport
	if len(f.files) > 0 {
		files, err := a.filesToSend(f.files)
		if err != nil {
			return err
		}
		if report, err = cl.DeleteFiles(ctx, files, o); err != nil {
			return err
		}
	} else if report, err = a.deleteNamed(ctx, cl, args, o, ignoreMissing); err != nil {
		return err
	}
	if err := a.printReport(report); err != nil || !f.wait || o.DryRun {
		return err
	}
	var waits []waitItem
	for _, it := range report.Items {
		if it.Outcome != wire.Deleting {
			continue
		}
		kind, err := wire.KindNamed(it.Kind)
		if err != nil {
			return err
		}
		waits = append(waits, waitItem{subject: subject{kind, it.Namespace, it.Name}, uid: it.UID, generation: it.Generation})
	}
	return a.waitAfter(ctx, cl, waits, untilDeleted, f)
}

// deleteNamed deletes one after the other and reports them together.
func (a *app) deleteNamed(ctx context.Context, cl *client.Client, args []string, o client.ChangeOptions, ignoreMissing bool) (wire.ChangeReport, error) {
	all := wire.ChangeReport{APIVersion: intents.APIVersion, Kind: "ChangeReport", DryRun: o.DryRun}
	subjects, err := a.subjects(args)
	if err != nil {
		return all, err
	}
	for _, s := range subjects {
		if s.kind.Topology() && len(o.WriteOff) > 0 {
			return all, usageError("%s: --write-off goes with circuits and wavelengths", s.ref())
		}
	}
	for _, s := range subjects {
		report, err := cl.Delete(ctx, s.kind, s.namespace, s.name, o)
		if client.IsReason(err, wire.NotFound) && ignoreMissing {
			all.Items = append(all.Items, wire.ItemChange{Kind: s.kind.Name, Namespace: s.namespace, Name: s.name, Outcome: wire.Absent})
			continue
		}
		if err != nil {
			if len(all.Items) > 0 {
				a.sayf("before the failure:")
				if perr := a.printReport(all); perr != nil {
					return all, perr
				}
			}
			return all, err
		}
		items := append(all.Items, report.Items...)
		all = report
		all.Items = items
	}
	return all, nil
}
