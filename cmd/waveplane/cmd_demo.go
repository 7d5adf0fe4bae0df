package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// demoTime bounds a demonstration.
const demoTime = 60 * time.Second

// newDemoCommand shows the whole of it in one process.
func newDemoCommand(a *app) *cobra.Command {
	var lab string
	var keep bool
	var level string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole of it: laboratory, plan, light, drift, repair",
		Long: `Show the whole of it in one process and a temporary state directory: a laboratory
of simulated devices, a daemon, a plan, circuits that come up until their light
is measured, somebody tampering with a device, the drift that is found, and its
repair on request. It ends by itself within a minute.`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := daemonFlags{logLevel: level}
			log, err := f.logger(a)
			if err != nil {
				return err
			}
			s, err := a.openScene(lab)
			if err != nil {
				return err
			}
			return a.demo(cmd.Context(), s, keep, log)
		},
	}
	c.Flags().StringVar(&lab, "lab", "metro", "example to show")
	c.Flags().BoolVar(&keep, "keep", false, "keep the state directory and print where it is")
	c.Flags().StringVar(&level, "log-level", "error", "debug, info, warn or error")
	return c
}

func (a *app) demo(ctx context.Context, s *scene, keep bool, log *slog.Logger) (err error) {
	ctx, cancel := context.WithTimeout(ctx, demoTime)
	defer cancel()
	dir, err := os.MkdirTemp("", "waveplane-demo-")
	if err != nil {
		return err
	}
	if keep {
		defer a.sayf("state directory kept: %s", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	d := &demo{app: a, scene: s, begin: time.Now()}
	d.title("a laboratory and a daemon start")
	if d.run, err = startBoth(ctx, dir, s, labFlags{settle: 300 * time.Millisecond}, log); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() { err = errors.Join(err, d.run.stop()) }()
	d.cl = d.run.client
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"network", d.network}, {"plan", d.plan}, {"apply", d.apply}, {"light", d.light}, {"tamper", d.tamper}, {"drift", d.drift}, {"repair", d.repair}, {"end", d.end},
	} {
		if err := step.do(ctx); err != nil {
			d.explain(context.WithoutCancel(ctx))
			return fmt.Errorf("demo failed at %s after %.1f s: %w", step.name, time.Since(d.begin).Seconds(), err)
		}
	}
	return nil
}

// demo is one demonstration.
type demo struct {
	*app
	scene *scene
	run   *running
	cl    *client.Client
	begin time.Time

	circuits []waitItem
	victim   records.WavelengthReport // the wavelength that is tampered with
}

func (d *demo) title(format string, args ...any) {
	d.printf("\n── %s\n", fmt.Sprintf(format, args...))
}

func (d *demo) network(ctx context.Context) error {
	kinds := []string{intents.KindSite, intents.KindDevice, intents.KindLink}
	var parts []string
	for _, name := range kinds {
		kind, err := wire.KindNamed(name)
		if err != nil {
			return err
		}
		list, err := d.cl.List(ctx, kind, client.ListOptions{})
		if err != nil {
			return err
		}
		parts = append(parts, count(len(list.Items), strings.ToLower(kind.Name)))
	}
	d.printf("network %q: %s; each device is a gNMI server of its own over TLS\n", d.scene.name, strings.Join(parts, ", "))
	return nil
}

func (d *demo) plan(ctx context.Context) error {
	d.title("what would these circuits become?  (waveplane plan -f …)")
	report, err := d.cl.Plan(ctx, d.scene.circuit, nil, false)
	if err != nil {
		return err
	}
	d.printPlan(report.PlanReport, "")
	if report.Summary.Refused > 0 {
		return exitError{code: codeRefused, err: fmt.Errorf("the planner refused %s", count(report.Summary.Refused, "document"))}
	}
	if report.Summary.Add == 0 {
		return errors.New("the plan adds no wavelength")
	}
	return nil
}

func (d *demo) apply(ctx context.Context) error {
	d.title("apply, and follow the light  (waveplane apply -f … --wait)")
	report, err := d.cl.Apply(ctx, d.scene.circuit, client.ChangeOptions{Reason: "demo"})
	if err != nil {
		return err
	}
	if err := d.printReport(report); err != nil {
		return err
	}
	for _, it := range report.Items {
		kind, err := wire.KindNamed(it.Kind)
		if err != nil {
			return err
		}
		if kind.Topology() {
			continue
		}
		d.circuits = append(d.circuits, waitItem{subject: subject{kind, it.Namespace, it.Name}, uid: it.UID, generation: it.Generation})
	}
	if len(d.circuits) == 0 {
		return errors.New("the example has no circuit")
	}
	// Progress is what a demonstration shows: it goes where the data goes.
	follow := *d.app
	follow.stderr = d.stdout
	if err := follow.waitFor(ctx, d.cl, d.circuits, untilReady, demoTime, false); err != nil {
		return err
	}
	return follow.get(ctx, d.cl, []string{"circuits"}, getFlags{all: true})
}

func (d *demo) light(ctx context.Context) error {
	d.title("predicted and measured light  (waveplane describe wl/NAME)")
	kind, err := wire.KindNamed(intents.KindWavelength)
	if err != nil {
		return err
	}
	list, err := d.cl.List(ctx, kind, client.ListOptions{})
	if err != nil {
		return err
	}
	for _, o := range list.Items {
		r, err := d.cl.Wavelength(ctx, o.Metadata.Namespace, o.Metadata.Name)
		if err != nil {
			return err
		}
		if r.Phase.Name != records.PhaseInService || r.Phase.Acceptance == nil {
			return fmt.Errorf("%s is in %s: %s", o.Ref(), r.Phase.Name, r.Phase.Message)
		}
		if d.victim.Decision.Name == "" {
			d.victim = r
		}
		d.printf("%s  %s  %s GHz  predicted margin %s\n", o.Ref(), r.Decision.Mode, number(r.Decision.Slot.Centre().GHz(), 3), r.Decision.Margin)
		hops := r.Hops
		if len(hops) == 0 {
			hops = r.Phase.Acceptance.Readings
		}
		d.printHops(r.Decision, hops, true)
		d.printEnds(r.Phase.Acceptance.Ends[:])
	}
	return nil
}

func (d *demo) tamper(ctx context.Context) error {
	end := d.victim.Decision.Ends[0]
	power := d.victim.Decision.LaunchPower - 100 // 1 dB less
	path := fmt.Sprintf("/components/component[name=%s]/optical-channel/config/target-output-power", end.OpticalChannel)
	d.title("somebody lowers the power of %s on %s by 1 dB  (waveplane lab tamper …)", d.victim.Decision.Name, end.Device)
	return d.run.lab.lab.Tamper(end.Device, path, fmt.Sprintf("%.2f", power.Dbm()), false)
}

func (d *demo) drift(ctx context.Context) error {
	d.title("the daemon notices  (waveplane drift)")
	report, err := d.awaitDrift(ctx, func(r wire.DriftReport) bool {
		for _, it := range r.Items {
			if it.Class == models.DriftConfiguration {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	d.printDrift(report.DriftReport)
	return nil
}

// awaitDrift looks until the report is as it should be.
func (d *demo) awaitDrift(ctx context.Context, good func(wire.DriftReport) bool) (wire.DriftReport, error) {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		r, err := d.cl.Drift(ctx, false, "")
		if err != nil {
			return r, err
		}
		if good(r) {
			return r, nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return r, fmt.Errorf("%s found: %w", count(len(r.Items), "difference"), context.Cause(ctx))
		}
	}
}

func (d *demo) repair(ctx context.Context) error {
	ref := d.victim.Decision.Intent
	target := ref.Kind + "/" + ref.Namespace + "/" + ref.Name
	d.title("repaired on request, because nothing repairs itself behind your back\n   (waveplane repair %s --allow-outage --reason …)", wire.Ref(ref.Kind, ref.Namespace, ref.Name))
	if _, err := d.cl.Repair(ctx, wire.RequestOptions{Target: target, Reason: "demo: undo the tampering", AllowOutage: true}); err != nil {
		return err
	}
	report, err := d.awaitDrift(ctx, func(r wire.DriftReport) bool { return len(r.Items) == 0 && len(r.Unknown) == 0 })
	if err != nil {
		d.printDrift(report.DriftReport)
		return err
	}
	d.printDrift(report.DriftReport)
	return nil
}

func (d *demo) end(ctx context.Context) error {
	follow := *d.app
	follow.stderr = io.Discard // nothing new is expected
	if err := follow.waitFor(ctx, d.cl, d.circuits, untilReady, demoTime, false); err != nil {
		return err
	}
	writes, unneeded := 0, 0
	for _, dev := range d.run.lab.lab.Status().Devices {
		writes += dev.Writes.Sets
		unneeded += dev.Writes.Unneeded
	}
	d.title("done in %.1f s: %s ready, %d writes to %s, %d of them unneeded", time.Since(d.begin).Seconds(), count(len(d.circuits), "circuit"), writes, count(d.run.devices(), "device"), unneeded)
	d.printf("   go on with: waveplane up --lab %s\n", d.scene.name)
	return nil
}

// explain shows what is known when something failed.
func (d *demo) explain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for _, it := range d.circuits {
		o, err := d.cl.Get(ctx, it.kind, it.namespace, it.name)
		if err != nil {
			d.sayf("%s: %v", it.ref(), err)
			continue
		}
		for _, t := range []models.ConditionType{models.Ready, models.Stalled} {
			if c := o.Condition(t); c != nil {
				d.sayf("%s: %s=%s %s", it.ref(), c.Type, c.Status, reasonAndMessage(c))
			}
		}
		if o.Status == nil {
			continue
		}
		for _, w := range o.Status.Wavelengths {
			d.sayf("  %s is in %s: %s %s", w.Name, w.Phase, w.Reason, w.Message)
		}
	}
}
