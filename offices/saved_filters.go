package offices

import (
	"context"
	"fmt"
	"regexp"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// SavedFilter is what somebody set a list to, under a name of their own. Query is the query of the list's address.
type SavedFilter struct {
	ID    int64  `json:"id,omitempty" doc:"编号"`
	Room  string `json:"room" minLength:"1" maxLength:"40" pattern:"^[a-z][a-z_-]*$" patternDescription:"页面" doc:"页面，如 tasks"`
	Name  string `json:"name" minLength:"1" maxLength:"40" doc:"名称"`
	Query string `json:"query" maxLength:"1000" doc:"查询条件"`
}

// filtersMost is the largest number of filters that a person may save on one page.
const filtersMost = 20

// SavedFilters returns the filters that the caller saved on a page, ordered by name.
func (s *Service) SavedFilters(ctx context.Context, p nursery.Principal, room string) ([]SavedFilter, error) {
	if err := s.Authorize(ctx, p, "filter.list", casework.Resource{}); err != nil {
		return nil, err
	}
	if !roomForm.MatchString(room) {
		return nil, casework.NewError(casework.CodeInvalid, "没有这个页面。", casework.FieldError{Location: "room", Message: "格式不对"})
	}
	list := []SavedFilter{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.SavedFilters(ctx, store.SavedFiltersParams{Account: p.Account, Room: room})
		for _, row := range rows {
			list = append(list, SavedFilter{ID: row.ID, Room: row.Room, Name: row.Name, Query: row.Query})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list saved filters: %w", err)
	}
	return list, nil
}

var roomForm = regexp.MustCompile(`^[a-z][a-z_-]{0,39}$`)

// SaveFilter saves a filter and replaces one of the same name on the same page. Error: filters_full if there are 20.
func (s *Service) SaveFilter(ctx context.Context, p nursery.Principal, key string, in SavedFilter) (SavedFilter, error) {
	kept, err := casework.Command(ctx, s.Service, p, key, "filter.save", in, func(q *store.Queries) (SavedFilter, error) {
		if err := s.Authorize(ctx, p, "filter.save", casework.Resource{}); err != nil {
			return in, err
		}
		var c casework.Checker
		if c.Limits(in); len(c.Fields) > 0 {
			return in, c.Err()
		}
		var err error
		in.ID, err = q.SaveFilter(ctx, store.SaveFilterParams{
			Account: p.Account, Room: in.Room, Name: in.Name, Query: in.Query, SavedAt: s.Now(),
		})
		if err != nil {
			return in, fmt.Errorf("save filter: %w", err)
		}
		n, err := q.CountSavedFilters(ctx, store.CountSavedFiltersParams{Account: p.Account, Room: in.Room})
		if err != nil {
			return in, err
		}
		if n > filtersMost {
			return in, casework.NewError(casework.CodeFiltersFull, "每个页面最多保存 20 个筛选，请先删除不用的。")
		}
		return in, nil
	})
	return kept, err
}

// DropFilter deletes one of the caller's filters.
func (s *Service) DropFilter(ctx context.Context, p nursery.Principal, key string, id int64) error {
	err := casework.Perform(ctx, s.Service, p, key, "filter.drop", id, func(q *store.Queries) error {
		if err := s.Authorize(ctx, p, "filter.drop", casework.Resource{}); err != nil {
			return err
		}
		n, err := q.DropFilter(ctx, store.DropFilterParams{ID: id, Account: p.Account})
		if err != nil {
			return err
		}
		if n == 0 {
			return casework.NewNotFound()
		}
		return nil
	})
	return err
}
