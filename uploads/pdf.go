package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

func init() {
	model.ConfigPath = "disable" // no configuration folder is created or read
}

// checkPDF parses the objects of a PDF and its first page. It calls release when parsing has ended, which may be after
// the time limit.
func checkPDF(ctx context.Context, f io.ReaderAt, size int64, release func()) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	read := make(chan error, 1)
	go func() {
		defer release()
		read <- readPDF(ctx, io.NewSectionReader(f, 0, size))
	}()
	select {
	case err := <-read:
		if ctx.Err() == nil {
			return err
		}
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return brokenFile("PDF 结构过于复杂，请重新打印或导出为 PDF 后上传")
	}
	return ctx.Err()
}

// errNoPages is the error for a PDF without a page.
var errNoPages = errors.New("no pages")

// readPDF returns why a PDF cannot be opened, or nil.
func readPDF(ctx context.Context, r io.ReadSeeker) error {
	err := openPDF(ctx, r)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrUnsupportedEncryptionFeature), errors.Is(err, pdfcpu.ErrOwnerPasswordRequired):
		return encryptedFile("PDF 设有打开密码，请取消密码后重新上传")
	case errors.Is(err, errNoPages):
		return refused(NoPages, "PDF 没有页面。", "PDF 没有页面，请检查后重新选择")
	}
	broken := brokenFile("PDF 不完整或已损坏")
	broken.Err = err
	return broken
}

func openPDF(ctx context.Context, r io.ReadSeeker) (err error) {
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("read PDF: %v", failed)
		}
	}()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.Limits.MaxStreamBytes, conf.Limits.MaxDecodeBytes = 64<<20, 64<<20
	conf.Limits.MaxObjectCount, conf.Limits.MaxXRefEntries = 500_000, 500_000
	pdf, err := pdfcpu.ReadWithContext(ctx, r, conf)
	if err != nil {
		return fmt.Errorf("read PDF: %w", err)
	}
	if err := pdf.EnsurePageCount(); err != nil {
		return fmt.Errorf("count pages: %w", err)
	}
	if pdf.PageCount < 1 {
		return errNoPages
	}
	if _, _, _, err := pdf.PageDict(1, false); err != nil { // the page count is wrong
		return fmt.Errorf("read page: %w", err)
	}
	return nil
}
