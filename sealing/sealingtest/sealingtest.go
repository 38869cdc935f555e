// Package sealingtest gives a test keys of its own.
package sealingtest

import (
	"path/filepath"
	"testing"

	"tuoyu/sealing"
)

// Fields gives the sealing of fields with a fresh keyset.
func Fields(t testing.TB) *sealing.Fields {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := sealing.Create(path); err != nil {
		t.Fatal(err)
	}
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fields, err := sealing.NewFields(keys)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}
