package web

import (
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// pricesText is what an institution has declared that it charges.
func pricesText(i casework.FiledInstitution) string {
	var said []string
	for _, p := range i.Prices {
		said = append(said, p.Item+pricedFor(p)+" "+yuan(p.Fen)+" 元/"+strings.TrimPrefix(wordFor("unit", p.Unit), "每"))
	}
	if said == nil {
		return "未申报"
	}
	return strings.Join(said, "；")
}

// pricedFor returns the kind of class and the form of care that a price is for; "" where the institution stated
// neither.
func pricedFor(p nursery.Price) string {
	var said []string
	if p.ClassKind != "" {
		said = append(said, p.ClassKind.Title())
	}
	if p.Form != "" {
		said = append(said, p.Form.Title())
	}
	if said == nil {
		return ""
	}
	return "（" + strings.Join(said, "，") + "）"
}

// inspectedText is the last result that was made public.
func inspectedText(i casework.FiledInstitution) string {
	if i.Inspected == nil {
		return "—"
	}
	return i.Inspected.Title + "（" + i.Inspected.On.String() + "）"
}
