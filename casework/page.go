package casework

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
)

// cursor is where a page ended: the sort key of its last row. Lists by date set On, lists by time At.
type cursor struct {
	On nursery.Date `json:"d,omitzero"`
	At time.Time    `json:"t,omitzero"`
	ID string       `json:"i"`
	No int64        `json:"n,omitempty"`
}

func (c cursor) encode() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic("casework: cursor: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// maxCursorLen is far above the longest cursor there is.
const maxCursorLen = 400

func decodeCursor(s string) (cursor, error) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || len(s) > maxCursorLen || !printable(c.ID) {
		return c, userError(CodeInvalid, "翻页标记无效，请从第一页开始。", FieldError{Location: "after", Message: "无效"})
	}
	return c, nil
}

const (
	pageDefault = 25
	maxPageSize = 100
)

// limit returns the rows of the page: standard where none are asked for, at most most. Zero is the limits of the service.
func (p PageRequest) limit(standard, most int) (int, error) {
	standard, most = cmp.Or(standard, pageDefault), cmp.Or(most, maxPageSize)
	switch {
	case p.Limit == 0:
		return standard, nil
	case p.Limit < 0 || p.Limit > most:
		return 0, userError(CodeInvalid, fmt.Sprintf("每页条数应为 1 至 %d。", most), FieldError{Location: "limit", Message: "超出允许范围"})
	}
	return p.Limit, nil
}
