// Command generate writes generated.go beside the yang directory it is started next to. It is run by go generate in
// models/openconfig and takes no arguments.
package main

import (
	"fmt"
	"os"

	"github.com/waveplane/waveplane/models/openconfig/internal/codegen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	src, err := codegen.Source("yang")
	if err != nil {
		return err
	}
	return os.WriteFile("generated.go", src, 0o644)
}
