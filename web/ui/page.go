package ui

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strconv"

	"tuoyu/sheets"
	"tuoyu/uploads"
)

// Page is what the elements of a page need to know of it.
type Page struct {
	Assets    map[string]string // address of a file of the pages, by its name
	MaxUpload int64             // bytes of one file
	Here      string            // address of the page; empty where it is the answer to a form
}

type pageKey struct{}

// WithPage returns a context in which elements of the page are rendered.
func WithPage(ctx context.Context, p Page) context.Context {
	return context.WithValue(ctx, pageKey{}, p)
}

func pageOf(ctx context.Context) Page {
	p, _ := ctx.Value(pageKey{}).(Page)
	return p
}

// AssetPath returns the address of a file of the pages. It panics if there is none of the name.
func AssetPath(ctx context.Context, name string) string {
	address, ok := pageOf(ctx).Assets[name]
	if !ok {
		panic("ui: no static file " + name)
	}
	return address
}

// A page that a row of a list leads to has the address of that list in its own, as the parameter ListParam. It leads back there, to the
// row, and a task goes on to the next one of the list.
const (
	ListParam  = "list"
	MostOfList = 1500 // bytes of the address of a list
)

// OfList returns an address with that of the list that leads to it; unchanged without a list, or with one that is too long.
func OfList(address, list string) string {
	u, err := url.Parse(address)
	if err != nil || list == "" || len(list) > MostOfList {
		return address
	}
	q := u.Query()
	q.Set(ListParam, list)
	u.RawQuery = q.Encode()
	return u.String()
}

// HereOf returns the address of the page that is rendered; otherwise where it is rendered as the answer to a form.
func HereOf(ctx context.Context, otherwise string) string { return cmp.Or(pageOf(ctx).Here, otherwise) }

// FromHere returns an address with that of the page that is rendered.
func FromHere(ctx context.Context, address string) string { return OfList(address, pageOf(ctx).Here) }

// NewKey returns the idempotency key of a new form.
func NewKey() string { return rand.Text() }

// AtMost writes a count that is counted up to a hundred.
func AtMost(n int) string {
	if n >= 100 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// UploadHint names the kinds and the size of the files that a form takes.
func UploadHint(ctx context.Context) string {
	return fmt.Sprintf("可上传 %s，每个不超过 %d MB，不能设有打开密码。", uploads.Kinds, pageOf(ctx).MaxUpload>>20)
}

// importHint names the kinds and the size of the files that an import takes.
func importHint() string {
	return fmt.Sprintf("Excel（.xlsx）或 CSV，不超过 %d MB。", sheets.MaxBytes>>20)
}
