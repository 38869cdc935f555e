package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Places is how many children an institution takes in its classes of a kind, and how many more it could take today. Of the children in
// care it is only known how many there are.
type Places struct {
	ClassKind nursery.ClassKind `json:"class_kind" enum:"infant,toddler,older_toddler,mixed" doc:"班级类型"`
	Title     string            `json:"title" doc:"班级类型名称"`
	Seats     int               `json:"seats" doc:"托位数"`
	Free      int               `json:"free" doc:"空余托位数"`
}

// declared reads what the institution declared of its prices and classes.
func (i *FiledInstitution) declared(prices, classes json.RawMessage) error {
	if err := json.Unmarshal(prices, &i.Prices); err != nil {
		return fmt.Errorf("decode prices: %w", err)
	}
	if err := json.Unmarshal(classes, &i.classes); err != nil {
		return fmt.Errorf("decode classes: %w", err)
	}
	return nil
}

// countFree counts the free places of institutions.
func countFree(ctx context.Context, q *store.Queries, list ...*FiledInstitution) error {
	ids := make([]string, len(list))
	for n, i := range list {
		ids[n] = i.ID
	}
	var rows []store.EnrolledByClassRow
	err := q.AsEngine(ctx, func() (err error) { // the public sees the numbers, and no child
		rows, err = q.EnrolledByClass(ctx, ids)
		return err
	})
	if err != nil {
		return fmt.Errorf("count children in care: %w", err)
	}
	enrolled := map[string]map[string]int{}
	for _, row := range rows {
		if enrolled[row.Institution] == nil {
			enrolled[row.Institution] = map[string]int{}
		}
		enrolled[row.Institution][row.Class] = int(row.Children)
	}
	for _, i := range list {
		i.fillPlaces(enrolled[i.ID])
	}
	return nil
}

// fillPlaces subtracts the children in care, by the name of their class, from the places. A child in a class that was not declared
// takes a place of the institution, and of no kind of class.
func (i *FiledInstitution) fillPlaces(enrolled map[string]int) {
	i.Places, i.Free = []Places{}, i.Seats
	for _, children := range enrolled {
		i.Free -= children
	}
	i.Free = max(0, i.Free)
	for _, kind := range classKinds {
		p, has := Places{ClassKind: kind, Title: kind.Title()}, false
		for _, c := range i.classes {
			if c.Kind != kind || c.Seats == nil {
				continue
			}
			has = true
			p.Seats += *c.Seats
			p.Free += max(0, *c.Seats-enrolled[nursery.NormalClass(c.Name)])
		}
		if p.Free = min(p.Free, i.Free); has {
			i.Places = append(i.Places, p)
		}
	}
}

// FreeText returns the free places by kind of class.
func (i FiledInstitution) FreeText() string {
	if len(i.Places) == 0 {
		return strconv.Itoa(i.Free)
	}
	texts := make([]string, len(i.Places))
	for n, p := range i.Places {
		texts[n] = p.Title + " " + strconv.Itoa(p.Free)
	}
	return strings.Join(texts, "、")
}
