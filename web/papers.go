package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // papers come as PNG too
	"io"
	"net/http"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerPapers(s *Site) {
	s.Page("GET /cases/{no}/papers/{file}", s.paper)
	s.Page("POST /cases/{no}/papers/{file}/seen", func(w http.ResponseWriter, r *http.Request) error {
		if err := s.Services.SeePaper(r.Context(), Principal(r.Context()), r.PathValue("no"), r.PathValue("file")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// application returns the view of a case's application; nil where the case has none.
func (s *Site) application(ctx context.Context, c casework.CaseDetail) (*appView, error) {
	if c.Application == nil {
		return nil, nil
	}
	v := newAppView(c)
	if p := Principal(ctx); p.Role != nursery.RoleInstitution {
		seen, err := s.Services.PapersSeen(ctx, p, c.CaseNo)
		if err != nil {
			return nil, err
		}
		v.Seen = append([]string{}, seen...)
	}
	return &v, nil
}

// applicationContent returns a case's application for the pages of the case and its tasks.
func (s *Site) applicationContent(ctx context.Context, c casework.CaseDetail) (Content, error) {
	v, err := s.application(ctx, c)
	if v == nil || err != nil {
		return nil, err
	}
	return v, nil
}

// paper shows one paper of an application in a page of its own, and notes that an officer has looked at it.
func (s *Site) paper(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Services.Case(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	none := &casework.Error{Code: casework.CodeNotFound, Message: "没有这份材料，或者您无权查看。"}
	v, err := s.application(r.Context(), c)
	if err != nil {
		return err
	}
	if v == nil {
		return none
	}
	list := slices.DeleteFunc(v.papers(), func(p paperRow) bool { return !p.openable() })
	at := slices.IndexFunc(list, func(p paperRow) bool { return p.File == r.PathValue("file") })
	if at < 0 {
		return none
	}
	if v.Seen != nil {
		if err := s.Services.SeePaper(r.Context(), Principal(r.Context()), c.CaseNo, list[at].File); err != nil {
			return err
		}
	}
	return s.Show(w, r, Frame{Title: list[at].Title, Wide: true, Back: "/cases/" + c.CaseNo}, paperPage(*v, at, list))
}

// NameFiles returns the files a form holds their names.
func (s *Site) NameFiles(ctx context.Context, form *BoundForm, institution string) error {
	var ids []string
	eachField(form.Shape, "", form.Values, func(f FormSchema, at string) {
		if f.Kind == KindFile || f.Kind == KindFiles {
			for _, id := range form.Values[at] {
				if id != "" {
					ids = append(ids, id)
				}
			}
		}
	})
	files, err := s.Services.Files(ctx, Principal(ctx), institution, ids)
	if err != nil {
		return err
	}
	form.Files = map[string]string{}
	for _, f := range files {
		form.Files[f.ID] = f.Name
	}
	return nil
}

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
	a, body, err := s.Services.OpenAttachment(r.Context(), Principal(r.Context()), r.PathValue("id"))
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
