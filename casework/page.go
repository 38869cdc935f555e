package casework

import (
	"encoding/base64"
	"encoding/json"
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

// cursorMost is far above the longest cursor there is.
const cursorMost = 400

func decodeCursor(s string) (cursor, error) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || len(s) > cursorMost || !printable(c.ID) {
		return c, refuse(CodeInvalid, "翻页标记无效，请从第一页开始。", FieldError{Location: "after", Message: "无效"})
	}
	return c, nil
}

const (
	pageDefault = 25
	pageMost    = 100
)

func (p PageRequest) limit() (int, error) {
	switch {
	case p.Limit == 0:
		return pageDefault, nil
	case p.Limit < 0 || p.Limit > pageMost:
		return 0, refuse(CodeInvalid, "每页条数应为 1 至 100。", FieldError{Location: "limit", Message: "超出允许范围"})
	}
	return p.Limit, nil
}

// afterID reads the identifier a page ended at.
func afterID(page PageRequest) (limit int, after string, err error) {
	if limit, err = page.limit(); err != nil || page.After == "" {
		return limit, "", err
	}
	c, err := decodeCursor(page.After)
	return limit, c.ID, err
}

// countyOf narrows a list to the county of p, or for the city to the one asked for.
func countyOf(p nursery.Principal, asked string) string {
	if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor {
		return asked
	}
	return p.County
}
