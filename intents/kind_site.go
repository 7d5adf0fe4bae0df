package intents

func siteKind() Kind {
	return kindOf(KindSite, "sites", nil, false, checkSite, nil)
}

func checkSite(c *checker, s *SiteSpec) {
	c.oneOf(s.Role, []string{"dc", "pop", "hut"}, "spec", "role")
	if s.Role == "" {
		c.fault("the role is empty", "write one of dc, pop, hut", "spec", "role")
	}
	c.between(s.Lat, -90, 90, "degrees", "spec", "lat")
	c.between(s.Lon, -180, 180, "degrees", "spec", "lon")
	if (s.Lat == nil) != (s.Lon == nil) && c.read("spec", "lat") && c.read("spec", "lon") {
		c.fault("only one of lat and lon is given", "give both or neither", "spec")
	}
}
