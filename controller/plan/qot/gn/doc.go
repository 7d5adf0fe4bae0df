// Package gn is the physical model behind the planner: it propagates a comb of
// channels over a line, element by element, and says what power, amplifier
// noise (ASE) and nonlinear interference (NLI) arrive. Interference follows
// the Gaussian-noise model in closed form, or one of two numerical models.
//
// # Light
//
// A channel has a total power P, counted in the bandwidth of its symbol rate,
// and shares of it that are signal, ASE and NLI. Loss and gain scale P. ASE
// comes on top of P. NLI is taken out of it: P stays, and all that was there
// before shrinks by what the interference takes. Interference, saturation of
// amplifiers and the levelling of wavelength switches all act on P, noise
// included.
//
// Two things follow that make results reusable without approximation. How the
// shares change on a stretch depends on the total powers at its beginning
// only, and a wavelength switch that levels to a target makes those known; so
// stretches are evaluated one by one and a channel's Transfers strung together.
// And the kernel of interference depends on the fibre type and the comb only
// (not even on the length of the span), so a Solver keeps it.
//
// # Use
//
//	solver, err := gn.NewSolver(gn.Model{}, 0)              // one for the process
//	line, err := gn.Compile(booster, span, inline, span2)   // one per stretch and direction
//	comb, err := gn.NewComb(lit)                            // the channels on it
//	e := solver.NewEvaluation()
//	err = e.Run(line, comb, entrance)                       // entrance powers in W
//	trial, err := e.Try(candidate, entrancePower)           // what if: e stays as it is
//	path = path.Then(trial.Transfer(trial.Index))           // of the candidate so far
//	arrival, err := path.Arrive(mode.SymbolRate, txOsnrDb)  // at the end
//
// Formulas name their papers where they stand. The reference tool that the
// tests compare with, and whose conventions are followed where physics leaves
// a choice, is GNPy 2.14 (Telecom Infra Project).
package gn
