package intents

func wavelengthKind() Kind {
	return kindOf(KindWavelength, "wavelengths", []string{"wl"}, true, checkWavelength, func(s *WavelengthSpec) {
		if s.MinMarginDb == nil {
			margin := DefaultMinMarginDb
			s.MinMarginDb = &margin
		}
	})
}

func checkWavelength(c *checker, s *WavelengthSpec) {
	from, ok1 := c.checkPort(s.From, "spec", "from")
	to, ok2 := c.checkPort(s.To, "spec", "to")
	if ok1 && ok2 && from.device == to.device {
		what := "ports of device " + quoted(from.device)
		if from == to {
			what = quoted(s.From)
		}
		c.fault("from and to are both "+what, "light goes from one device to another", "spec", "to")
	}
	c.checkNames(s.Route, "spec", "route")
	c.checkSlot(s.CentreGHz, s.SlotGHz, func(field string) []any { return []any{"spec", field} })
	if s.Mode != "" {
		c.checkName(s.Mode, "spec", "mode")
	}
	c.between(s.TxDbm, -30, 25, "dBm", "spec", "txDbm")
	c.atLeast(s.MinMarginDb, 0, "dB", "spec", "minMarginDb")
	c.between(s.MinMarginDb, -1e300, 30, "dB", "spec", "minMarginDb")
}
