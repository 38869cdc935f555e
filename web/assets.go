package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

// assets are the files of static/ under names that carry their content's hash, so that browsers may keep them.
type assets struct {
	paths map[string]string // app.js → /static/app.3f2a9c01.js
	files map[string]asset
}

type asset struct {
	mediaType   string
	raw, packed []byte
}

func loadAssets() (assets, error) {
	a := assets{paths: map[string]string{}, files: map[string]asset{}}
	err := fs.WalkDir(static, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		short := strings.TrimPrefix(name, "static/")
		ext := path.Ext(short)
		address := "/static/" + strings.TrimSuffix(short, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(raw); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		a.paths[short] = address
		a.files[address] = asset{mime.TypeByExtension(ext), raw, packed.Bytes()}
		return nil
	})
	if err != nil {
		return a, fmt.Errorf("read static files: %w", err)
	}
	return a, nil
}

func (a assets) serve(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.mediaType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Vary", "Accept-Encoding")
	body := file.raw
	if len(file.packed) < len(file.raw) && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		body = file.packed
	}
	_, _ = w.Write(body) // a reader that hung up
}

func registerAssets(s *Site) {
	s.mux.HandleFunc("GET /static/", s.assets.serve)
	// What keeps the pages readable without a network.
	s.mux.HandleFunc("GET /sw.js", func(w http.ResponseWriter, _ *http.Request) {
		raw, err := static.ReadFile("static/sw.js")
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(raw) // a reader that hung up
	})
}
