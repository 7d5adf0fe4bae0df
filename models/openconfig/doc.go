// Package openconfig is the part of the OpenConfig models an optical controller needs.
package openconfig

//go:generate go run ./internal/codegen/generate
