package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/drivers/sim"
)

// spanFlags name fibre.
func spanFlags(c *cobra.Command, s *sim.Span) {
	c.Flags().StringVar(&s.Span, "span", "", "span of the link (default: the first)")
	c.Flags().StringVar(&s.Direction, "direction", "both", "az, za or both")
}

func newLabCutCommand(a *app) *cobra.Command {
	var s sim.Span
	var risk string
	c := &cobra.Command{
		Use:   "cut LINK | --risk DUCT",
		Short: "Cut fibre",
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (risk != "") || len(args) > 1 {
				return usageError("want a link, or --risk")
			}
			return a.hand(func(cl *sim.Client) error {
				if risk != "" {
					spans, err := cl.CutRisk(cmd.Context(), risk)
					if err == nil {
						a.printf("cut %s\n", strings.Join(spans, ", "))
					}
					return err
				}
				s.Link = args[0]
				if err := cl.Cut(cmd.Context(), s); err != nil {
					return err
				}
				a.printf("cut %s\n", describeSpan(s))
				return nil
			})
		},
	}
	spanFlags(c, &s)
	c.Flags().StringVar(&risk, "risk", "", "cut all that truly lies in this duct")
	return c
}

func newLabRestoreCommand(a *app) *cobra.Command {
	var s sim.Span
	c := &cobra.Command{
		Use:   "restore LINK",
		Short: "Close fibre and take extra loss away",
		Args:  exactly(1, "a link"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.Link = args[0]
			return a.hand(func(cl *sim.Client) error {
				if err := cl.Restore(cmd.Context(), s); err != nil {
					return err
				}
				a.printf("restored %s\n", describeSpan(s))
				return nil
			})
		},
	}
	c.Flags().StringVar(&s.Span, "span", "", "span of the link (default: all)")
	c.Flags().StringVar(&s.Direction, "direction", "both", "az, za or both")
	return c
}

func newLabDegradeCommand(a *app) *cobra.Command {
	var s sim.Span
	var loss float64
	c := &cobra.Command{
		Use:   "degrade LINK --loss-db N",
		Short: "Add loss to fibre",
		Args:  exactly(1, "a link"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.Link = args[0]
			return a.hand(func(cl *sim.Client) error {
				if err := cl.Degrade(cmd.Context(), s, loss); err != nil {
					return err
				}
				a.printf("%s loses %s dB more than it should\n", describeSpan(s), number(loss, 2))
				return nil
			})
		},
	}
	spanFlags(c, &s)
	c.Flags().Float64Var(&loss, "loss-db", 3, "loss beyond the normal one")
	return c
}

func newLabSwapCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "swap LINK LINK",
		Short: "Exchange the far ends of two links; again puts them right",
		Args:  exactly(2, "two links"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.hand(func(cl *sim.Client) error {
				if err := cl.SwapPatch(cmd.Context(), args[0], args[1]); err != nil {
					return err
				}
				a.printf("the far ends of %s and %s are exchanged\n", args[0], args[1])
				return nil
			})
		},
	}
}

func newLabTamperCommand(a *app) *cobra.Command {
	var path, value string
	var remove bool
	c := &cobra.Command{
		Use:   "tamper DEVICE --path PATH --value VALUE",
		Short: "Change a device's configuration behind the controller's back",
		Args:  exactly(1, "a device"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if path == "" || remove == cmd.Flags().Changed("value") {
				return usageError("want --path with either --value or --remove")
			}
			return a.hand(func(cl *sim.Client) error {
				if err := cl.Tamper(cmd.Context(), args[0], path, value, remove); err != nil {
					return err
				}
				if remove {
					a.printf("%s: %s removed\n", args[0], path)
				} else {
					a.printf("%s: %s = %s\n", args[0], path, value)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&path, "path", "", "the leaf, as the device has it")
	c.Flags().StringVar(&value, "value", "", "its new value")
	c.Flags().BoolVar(&remove, "remove", false, "remove the path and all below")
	return c
}

func newLabFaultCommand(a *app) *cobra.Command {
	var f sim.Fault
	var clear bool
	c := &cobra.Command{
		Use:   "fault DEVICE KIND | DEVICE --clear",
		Short: "Make a device misbehave",
		Long: `Make a device misbehave until --clear. Kinds:
  delay        requests wait for --delay
  refuse       a change that touches --path is refused with --words
  drop-before  the connection breaks before a change has any effect
  lost-reply   the connection breaks after a change took effect
  ignore       a change is acknowledged and nothing happens
  config-only  the configuration changes, the device does not
  inert        configuration and state change, the device does not
  alter        --value is applied instead of what was asked for at --path
  round        values at --path are rounded to --step
  unreachable  the device answers nobody
  reboot       the device goes away for --delay and comes back with its start-up
               configuration`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if clear != (len(args) == 1) || len(args) == 0 || len(args) > 2 {
				return usageError("want DEVICE KIND, or DEVICE --clear")
			}
			if !clear && args[1] == "delay" && f.Delay <= 0 {
				return usageError("say with --delay how long requests wait")
			}
			return a.hand(func(cl *sim.Client) error {
				if clear {
					if err := cl.Clear(cmd.Context(), args[0]); err != nil {
						return err
					}
					a.printf("%s behaves again\n", args[0])
					return nil
				}
				f.Kind = args[1]
				if err := cl.Inject(cmd.Context(), args[0], f); err != nil {
					return err
				}
				a.printf("%s: %s\n", args[0], f.Kind)
				return nil
			})
		},
	}
	flags := c.Flags()
	flags.BoolVar(&clear, "clear", false, "take all faults of the device away")
	flags.StringVar(&f.RPC, "rpc", "", "Set, Get, Subscribe or Capabilities")
	flags.StringVar(&f.Path, "path", "", "only what touches this path")
	flags.DurationVar(&f.Delay, "delay", 0, "how long")
	flags.StringVar(&f.Words, "words", "", "what the device says")
	flags.StringVar(&f.Value, "value", "", "what is applied instead")
	flags.Float64Var(&f.Step, "step", 0, "what values are rounded to")
	flags.IntVar(&f.Times, "times", 0, "how often; 0 until cleared")
	return c
}

func describeSpan(s sim.Span) string {
	out := "link " + s.Link
	if s.Span != "" {
		out += " span " + s.Span
	}
	if s.Direction != "" && s.Direction != "both" {
		out += " " + s.Direction
	}
	return out
}
