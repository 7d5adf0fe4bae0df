// Package light is the optical half of the laboratory: a model of lasers,
// fibres, amplifiers, wavelength switches and coherent receivers that reacts
// to settings the way a plant does, in the order in which they are made.
//
// A Network is built once (AddTransceiver, AddRoadm, AddLink) and then driven
// by settings (SetTuning, SetLaser, SetMedia, SetAmplifier) and by misfortune
// (Cut, ExtraLoss, SwapPatch). It is event driven: a change recomputes the
// sections that the light of the changed element reaches, nothing else. Time
// comes from Config.Clock; what happens later (a control loop settles, a laser
// finishes tuning, a transient dies away) waits in a queue that Advance works
// off. Run does so on real time. With the same seed, clock and order of calls
// everything is repeatable, noise of the readings included.
//
// What it models, and how coarsely:
//
//   - A wave carries signal power, noise in 0.1 nm, dispersion, PMD, PDL and a
//     penalty for clipped spectrum through every element. Amplifiers add
//     h·f·B·NF·G; nonlinear noise comes from the Physics interface, by the powers
//     where the glass begins. Waves exchange no power by Raman scattering.
//   - Amplifiers take what lies in their band, several side by side each its
//     own, with a gain and a noise figure that may differ over the band. They
//     hold their gain, are limited in total output, show a short
//     excursion of all channels when the load changes, mute without input, and
//     reduce their power while the fibre behind them is open.
//   - A media channel passes only light inside its edges, and only while it is
//     enabled; an attenuator loop brings it to its target. A loop that opens
//     onto light starts low and settles. A loop that opens in the dark drives
//     its attenuator fully open, and the light that comes later overshoots
//     until the loop has settled, to the harm of its neighbours.
//   - A receiver locks onto light within 1.8 GHz of its own tuning, in its own
//     mode, with power inside its window, OSNR above its limit, and no more
//     dispersion, PMD and PDL than it can make up for; what these cost is taken
//     off its Q. Light that overlaps counts as noise.
//   - Noise beside the waves is one number for the whole spectrum, spread as if
//     that were the C band.
//   - Lost light is counted per receiver: the time without lock since it first
//     locked while clients were in service.
//
// The Plant says how reality differs from the documents. Nothing that plans or
// controls may read it.
package light
