package intents

import (
	"os"
	"testing"

	"github.com/waveplane/waveplane/models/catalogue"
)

func TestGood(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/good/network.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := Decode(data, "network.yaml", WithCatalogue(cat))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		t.Logf("%+v", d)
	}
}

func BenchmarkDecode(b *testing.B) {
	cat, err := catalogue.Default()
	if err != nil {
		b.Fatal(err)
	}
	data, err := os.ReadFile("testdata/good/network.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(data, "network.yaml", WithCatalogue(cat)); err != nil {
			b.Fatal(err)
		}
	}
}
