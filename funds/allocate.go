package funds

import (
	"context"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Source is the level that a fund comes from.
type Source string

// The levels.
const (
	Central  Source = "central"
	Province Source = "province"
	City     Source = "city"
	County   Source = "county"
)

// Sources lists the levels.
func Sources() []Source { return []Source{Central, Province, City, County} }

// Title returns the Chinese name of the level.
func (s Source) Title() string {
	return map[Source]string{Central: "中央", Province: "省级", City: "市级", County: "县级"}[s]
}

// New is a fund as it was received.
type New struct {
	Source     Source
	Title      string
	Document   string // number of the document that grants it
	DocumentOn nursery.Date
	Purposes   []string
	Year       int
	Fen        int64
	Actor      string
	At         time.Time
}

// Create enters a fund with its amount, none of it allocated, and returns its number.
func Create(ctx context.Context, q *store.Queries, n New) (int64, error) {
	id, err := q.InsertFund(ctx, store.InsertFundParams{
		Source: string(n.Source), Title: n.Title, Document: n.Document, DocumentOn: n.DocumentOn, Purposes: n.Purposes, Year: int32(n.Year),
		Amount: n.Fen, CreatedBy: n.Actor, CreatedAt: n.At,
	})
	if err != nil {
		return 0, fmt.Errorf("write fund: %w", err)
	}
	return id, wrap("post create", q.Post(ctx, store.PostParams{Fund: id, Kind: "create", Fen: n.Fen, Actor: n.Actor, Reference: n.Document, At: n.At}))
}

// Movement moves money of a fund to a county or back.
type Movement struct {
	Fund      int64
	County    string
	Fen       int64
	Actor     string
	Reference string // the document
	At        time.Time
}

// Allocate gives a county money of a fund, and commits the payments that wait for it. Error: ErrNotCovered.
func Allocate(ctx context.Context, q *store.Queries, m Movement) error {
	if err := move(ctx, q, m, "allocate", "", "unallocated"); err != nil {
		return err
	}
	return CommitWaiting(ctx, q, m.Fund, m.County, m.At)
}

// TakeBack returns what a county has free of a fund to what is not allocated. Error: ErrNotCovered.
func TakeBack(ctx context.Context, q *store.Queries, m Movement) error {
	return move(ctx, q, m, "take_back", m.County, "free")
}

// Restore returns what came back from payees of a county to what is not allocated. Error: ErrNotCovered.
func Restore(ctx context.Context, q *store.Queries, m Movement) error {
	return move(ctx, q, m, "restore", m.County, "reclaimed")
}

// move posts a movement that an account, of a county or of the fund, covers.
func move(ctx context.Context, q *store.Queries, m Movement, kind, county, account string) error {
	if err := lock(ctx, q, m.County); err != nil {
		return err
	}
	if err := q.LockFund(ctx, m.Fund); err != nil { // after the county's, always
		return fmt.Errorf("lock fund: %w", err)
	}
	has, err := q.BalanceOf(ctx, store.BalanceOfParams{Fund: m.Fund, County: county, Kind: account})
	if err != nil {
		return fmt.Errorf("read balance: %w", err)
	}
	if has < m.Fen {
		return fmt.Errorf("%s %d of %d fen: %w", kind, m.Fen, has, ErrNotCovered)
	}
	return wrap("post "+kind, q.Post(ctx, store.PostParams{
		Fund: m.Fund, County: m.County, Kind: kind, Fen: m.Fen, Actor: m.Actor, Reference: m.Reference, At: m.At,
	}))
}
