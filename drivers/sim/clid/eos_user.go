package clid

// unprivileged answers a line at the user prompt, where next to nothing works.
func (e *eos) unprivileged(line string) string {
	if line != "enable" {
		return "% Invalid input (privileged mode required)\n"
	}
	if e.face.cfg.EnablePassword != "" {
		e.asking = true
	} else {
		e.user = false
	}
	return ""
}

// password takes what was typed when "enable" asked for one.
func (e *eos) password(line string) string {
	e.asking = false
	if line != e.face.cfg.EnablePassword {
		return "% Bad secret\n"
	}
	e.user = false
	return ""
}
