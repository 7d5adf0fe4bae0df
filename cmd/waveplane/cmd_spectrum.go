package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/preview"
	"github.com/waveplane/waveplane/intents"
)

// newSpectrumCommand shows how full a link is.
func newSpectrumCommand(a *app) *cobra.Command {
	var files []string
	var alone bool
	var between string
	var off offline
	c := &cobra.Command{
		Use:   "spectrum LINK | --between SITE,SITE",
		Short: "Show how full a link is, and what still fits",
		Long: `Show how full a link is: a picture of its bands, who has which slot, what is
reserved, and how many more wavelengths of each mode fit side by side. Where
none fits it says whether there is too little free spectrum (NoSpectrum) or
enough in the wrong shape (SpectrumFragmented).

With --between the routes between two sites are counted, each alone and all
together, for the modes whose light arrives over them; with LINK too, the routes
that pass the link. With --offline the files are all there is, and what they
ask for is taken as planned.
  waveplane spectrum a-b
  waveplane spectrum --between dc-a,dc-c
  waveplane spectrum a-b -f network -f circuits --offline

One character of the picture is 6.25 GHz; COLUMNS says how wide it may be.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("want one link; got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := a.spectrumQuery(args, between)
			if err != nil {
				return err
			}
			ask := func() (wire.SpectrumReport, error) { return a.spectrumStored(cmd.Context(), q) }
			switch {
			case alone && a.server != "":
				return usageError("--offline asks no daemon: leave --server out")
			case !alone && len(files) > 0:
				return usageError("-f goes with --offline; a daemon has its documents")
			case !alone && cmd.Flags().Changed("estimator"):
				return usageError("--estimator goes with --offline; a daemon has its own (`waveplane serve --estimator`)")
			case alone:
				ask = func() (wire.SpectrumReport, error) { return off.spectrum(a, files, q) }
			}
			report, err := ask()
			if err != nil {
				return err
			}
			switch {
			case a.output.structured():
				return a.printStructured(report)
			case a.output == outName:
				for _, l := range report.Links {
					a.printf("%s\n", wire.Ref(intents.KindLink, "", l.Name))
				}
			default:
				a.printSpectrum(report.SpectrumReport)
			}
			return nil
		},
	}
	c.Flags().StringVar(&between, "between", "", "two sites, as dc-a,dc-b: what fits over the routes between them")
	c.Flags().StringArrayVarP(&files, "file", "f", nil, "offline: file, directory or - (again for more)")
	c.Flags().BoolVar(&alone, "offline", false, "look at these files alone, without a daemon")
	off.flags(c)
	return c
}

// spectrumQuery reads LINK or link/LINK, and SITE,SITE.
func (a *app) spectrumQuery(args []string, between string) (plan.SpectrumQuery, error) {
	var q plan.SpectrumQuery
	if len(args) > 0 {
		q.Link = args[0]
		if strings.Contains(q.Link, "/") {
			s, err := a.subject(q.Link)
			if err != nil {
				return q, err
			}
			if s.kind.Name != intents.KindLink {
				return q, usageError("%q: want a link, such as link/a-b", args[0])
			}
			q.Link = s.name
		}
	}
	if between != "" {
		q.Between = strings.Split(between, ",")
		if len(q.Between) != 2 || slices.Contains(q.Between, "") || q.Between[0] == q.Between[1] {
			return q, usageError("--between %q: want two different sites, as dc-a,dc-b", between)
		}
	}
	if q.Link == "" && q.Between == nil {
		return q, usageError("want a link, or --between SITE,SITE")
	}
	return q, nil
}

func (a *app) spectrumStored(ctx context.Context, q plan.SpectrumQuery) (wire.SpectrumReport, error) {
	cl, err := a.client()
	if err != nil {
		return wire.SpectrumReport{}, err
	}
	defer cl.Close()
	return cl.Spectrum(ctx, q.Link, q.Between)
}

// spectrum answers from files alone.
func (o *offline) spectrum(a *app, paths []string, q plan.SpectrumQuery) (wire.SpectrumReport, error) {
	s, err := o.read(a, paths)
	if err != nil {
		return wire.SpectrumReport{}, err
	}
	report, refused, err := preview.Spectrum(s.docs, s.catalogue, s.estimator, q)
	if err != nil {
		return wire.SpectrumReport{}, err
	}
	if refused > 0 {
		a.sayf("%s refused, without a place here (`waveplane plan --offline` says why)", count(refused, "request"))
	}
	return wire.NewSpectrumReport(report), nil
}

// screen is how wide the picture may be.
func (a *app) screen() int {
	const usual = 80
	n, err := strconv.Atoi(a.getenv("COLUMNS"))
	if err != nil || n <= 0 {
		return usual
	}
	return n
}
