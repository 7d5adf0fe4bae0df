package clid

// save makes what runs the configuration to start with; where the device is told
// not to, the answer is what it says instead.
func (s *session) save() string {
	f := s.face
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unsaving != "" {
		return f.unsaving
	}
	f.saves++
	f.cfg.Target.SaveStartup()
	return ""
}

// Saves is how often the configuration was saved by somebody who asked for it.
func (f *Face) Saves() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.saves
}

// RefuseSaves makes the device answer words instead of saving; empty ends that.
func (f *Face) RefuseSaves(words string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unsaving = words
}
