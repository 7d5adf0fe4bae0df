package gnmid

const clientRole = "X"

func runClients(string) int { return 0 }
