// Package engine runs Waveplane's stages. It knows queues, caches and
// leadership, and nothing of optics.
//
// A stage is level-triggered: it is told a key, looks at what is recorded and at
// what is there, and closes the difference. So it never matters how often a key
// was added, only that it runs after the last time. The parts are:
//
//   - [Queue] calls a handler with one key at a time, never with the same key
//     twice at once. It gathers bursts, backs off after errors and has as many
//     handlers at work as are allowed.
//   - [BatchQueue] does the same with all keys that are due, for stages that do
//     better with hundreds at once.
//   - [Cache] holds a table in memory, fed by its watch, and tells changes.
//   - [Lead] runs a function while a grant lasts, and again under the next one.
//
// A stage is then a few lines:
//
//	q := engine.NewQueue(engine.Config{Name: "advance", Workers: 4}, advance)
//	phases := engine.NewCache(tables.Phases, "")
//	phases.OnChange(func(key string, _, _ *store.Entry[records.Phase]) { q.Add(key) })
//
// with q.Run and phases.Run in goroutines of the caller. Time comes from package
// time, so a stage and its queue can be tested in a testing/synctest bubble.
package engine
