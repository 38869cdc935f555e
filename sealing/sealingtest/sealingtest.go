// Package sealingtest provides tests with a keyset of their own.
package sealingtest

import (
	"path/filepath"
	"testing"

	"tuoyu/sealing"
)

// Fields returns a sealing.Fields with a new keyset.
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
