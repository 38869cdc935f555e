package procedures

import (
	"os"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	raw, err := os.ReadFile("testdata/rent_relief/procedure.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		out := &problems{}
		r := &reader{file: flowFile, out: out}
		r.value(r.document(raw), &procedureFile{}, flowFile)
		if len(out.list) > 0 {
			b.Fatal(out.list)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	p := sound(b, "rent_relief")
	b.ReportAllocs()
	for b.Loop() {
		check(p, &problems{})
	}
}

// BenchmarkLoad reads all files, compiles forms, papers and rules, and checks.
func BenchmarkLoad(b *testing.B) {
	library := library(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, list := Load(b.Context(), os.DirFS("testdata/rent_relief"), Options{Library: library}); Faulty(list) {
			b.Fatal(list)
		}
	}
}
