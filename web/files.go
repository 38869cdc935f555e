package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // papers come as PNG too
	"io"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
)

func registerFiles(s *Site) {
	s.streaming("GET /attachments/{id}", func(w http.ResponseWriter, r *http.Request) error {
		a, body, err := s.Service.OpenAttachment(r.Context(), Principal(r.Context()), r.PathValue("id"))
		if err != nil {
			return err
		}
		return serveFile(w, body, a.MediaType, a.Name)
	})
	s.streaming("GET /attachments/{id}/thumb", s.thumb)
	s.streaming("GET /documents/{id}", func(w http.ResponseWriter, r *http.Request) error {
		d, body, err := s.Service.OpenDocument(r.Context(), Principal(r.Context()), r.PathValue("id"))
		if err != nil {
			return err
		}
		return serveFile(w, body, "application/pdf", d.Title+".pdf")
	})
	// Sent by a script ahead of its form: a photo, a signature.
	s.Page("POST /attachments", func(w http.ResponseWriter, r *http.Request) error {
		if err := ParseForm(r); err != nil {
			return err
		}
		file, head, err := r.FormFile("file")
		if err != nil {
			return &casework.Error{Code: casework.CodeBodyRequired, Message: "没有收到文件。", Err: err}
		}
		defer file.Close()
		if head.Size > s.MaxUpload {
			return fileTooLarge(s.MaxUpload)
		}
		taken, err := s.Service.Upload(r.Context(), Principal(r.Context()), casework.Upload{
			Institution: r.PostFormValue("institution"), County: r.PostFormValue("county"), Name: head.Filename, Body: file,
		})
		if err != nil {
			return err
		}
		return WriteJSON(w, taken)
	})
}

// serveFile displays a picture or a PDF in the browser, and makes it download anything else.
func serveFile(w http.ResponseWriter, body io.ReadCloser, mediaType, name string) error {
	defer body.Close()
	how := "attachment"
	if strings.HasPrefix(mediaType, "image/") || mediaType == "application/pdf" {
		how = "inline"
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", how+"; filename*=UTF-8''"+url.PathEscape(name))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'self'")
	if mediaType == "application/pdf" {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'") // viewers do not work in a sandbox
	}
	w.Header().Set("X-Frame-Options", "SAMEORIGIN")
	_, err := io.Copy(w, body)
	return err
}

// HasThumb reports whether there is a small picture of a file of the kind.
func HasThumb(mediaType string) bool { return mediaType == "image/jpeg" || mediaType == "image/png" }

const (
	thumbSide   = 144
	thumbPoints = 40 << 20 // of a picture that is made small; larger ones have no thumb
)

// thumbs bounds how many pictures are made small at once.
var thumbs = make(chan struct{}, 2)

// thumb answers with a small picture of a picture.
func (s *Site) thumb(w http.ResponseWriter, r *http.Request) error {
	none := &casework.Error{Code: casework.CodeNotFound, Message: "没有缩略图。"}
	select {
	case thumbs <- struct{}{}:
		defer func() { <-thumbs }()
	case <-r.Context().Done():
		return r.Context().Err()
	}
	a, body, err := s.Service.OpenAttachment(r.Context(), Principal(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer body.Close()
	if !HasThumb(a.MediaType) {
		return none
	}
	raw, err := io.ReadAll(io.LimitReader(body, s.MaxUpload))
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	// Its size first, since a small file may hold a huge picture.
	if size, _, err := image.DecodeConfig(bytes.NewReader(raw)); err != nil || size.Width*size.Height > thumbPoints {
		return none
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return none
	}
	w.Header().Set("Content-Type", "image/jpeg")
	if err := jpeg.Encode(w, shrunk(picture, thumbSide), &jpeg.Options{Quality: 70}); err != nil {
		return fmt.Errorf("write thumb: %w", err)
	}
	return nil
}

// shrunk makes a picture small enough for a square of the side, each point the mean of a few that it stands for.
func shrunk(from image.Image, side int) image.Image {
	b := from.Bounds()
	longest := max(b.Dx(), b.Dy())
	if longest <= side {
		return from
	}
	small := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*side/longest), max(1, b.Dy()*side/longest)))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			small.Set(x, y, mean(from, b.Min.X+x*longest/side, b.Min.Y+y*longest/side, max(1, longest/side)))
		}
	}
	return small
}

// mean is the mean of up to sixteen points of a square.
func mean(from image.Image, left, top, side int) color.Color {
	step := max(1, side/4)
	var r, g, b, n uint32
	for y := top; y < min(top+side, from.Bounds().Max.Y); y += step {
		for x := left; x < min(left+side, from.Bounds().Max.X); x += step {
			red, green, blue, _ := from.At(x, y).RGBA()
			r, g, b, n = r+red>>8, g+green>>8, b+blue>>8, n+1
		}
	}
	n = max(n, 1)
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255}
}
