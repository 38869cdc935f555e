package uploads

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"golang.org/x/image/webp"
)

// pictureSize returns the number of pixels of a picture without decoding it.
func pictureSize(r io.Reader, kind string) (int64, error) {
	config, err := decodeConfig(r, kind)
	switch {
	case unsupported(err):
		return 0, nil
	case err != nil || config.Width <= 0 || config.Height <= 0:
		return 0, brokenFile("图片不完整或已损坏")
	}
	points := int64(config.Width) * int64(config.Height)
	if config.Width > longestSide || config.Height > longestSide || points > mostPixels {
		message := fmt.Sprintf("图片尺寸过大，每边不超过 %d 像素，总共不超过 %d 万像素", longestSide, mostPixels/10_000)
		return 0, refused(Picture, message+"。", message)
	}
	return points, nil
}

func decodeConfig(r io.Reader, kind string) (image.Config, error) {
	switch kind {
	case "image/jpeg":
		return jpeg.DecodeConfig(r)
	case "image/png":
		return png.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// unsupported reports whether a picture uses a variant of its format that is not decoded here. Other software may well
// display it.
func unsupported(err error) bool {
	var ofJPEG jpeg.UnsupportedError
	var ofPNG png.UnsupportedError
	return errors.As(err, &ofJPEG) || errors.As(err, &ofPNG)
}

func checkPicture(r io.Reader, kind string) error {
	var err error
	switch kind {
	case "image/jpeg":
		_, err = jpeg.Decode(r)
	case "image/png":
		_, err = png.Decode(r)
	default:
		_, err = webp.Decode(r)
	}
	if err != nil && !unsupported(err) {
		return brokenFile("图片不完整或已损坏")
	}
	return nil
}

// heicBrands are the brands of still pictures and sequences coded by HEVC. Many cameras list them after a general one.
var heicBrands = []string{"heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs"}

// checkHEIC checks the boxes of a file (ISO/IEC 14496-12, 23008-12): they fill it exactly, the first names a brand of
// HEIC, and one describes the pictures. The content of the boxes is not decoded.
func checkHEIC(f io.ReaderAt, size int64) error {
	wrong := brokenFile("HEIC 图片不完整或已损坏")
	var described bool
	for at := int64(0); at < size; {
		kind, head, length, err := boxAt(f, at, size)
		if err != nil {
			return wrong
		}
		switch kind {
		case "ftyp":
			if at != 0 || length > 1<<10 {
				return wrong
			}
			brands := make([]byte, length-head)
			if _, err := f.ReadAt(brands, head); err != nil || len(brands) < 8 {
				return wrong
			}
			if !namesHEIC(brands) {
				return UnknownFile("不是 HEIC 图片，请转换为 JPG 后上传")
			}
		case "meta", "moov":
			described = true
		}
		if at == 0 && kind != "ftyp" {
			return wrong
		}
		at += length
	}
	if !described {
		return wrong
	}
	return nil
}

// namesHEIC reports whether the content of a ftyp box has a brand of HEIC; bytes 4 to 8 are a version.
func namesHEIC(brands []byte) bool {
	for i := 0; i+4 <= len(brands); i += 4 {
		if i != 4 && slices.Contains(heicBrands, string(brands[i:i+4])) {
			return true
		}
	}
	return false
}

// boxAt reads the header of the box at an offset: its kind, and the lengths of its header and of the whole box.
func boxAt(f io.ReaderAt, at, size int64) (kind string, head, length int64, err error) {
	var b [16]byte
	if n, err := f.ReadAt(b[:min(16, size-at)], at); err != nil && !errors.Is(err, io.EOF) || n < 8 {
		return "", 0, 0, io.ErrUnexpectedEOF
	}
	kind, head, length = string(b[4:8]), 8, int64(binary.BigEndian.Uint32(b[:4]))
	switch length {
	case 0: // to the end
		length = size - at
	case 1:
		head, length = 16, int64(binary.BigEndian.Uint64(b[8:]))
	}
	if length < head || length > size-at {
		return "", 0, 0, io.ErrUnexpectedEOF
	}
	return kind, head, length, nil
}
