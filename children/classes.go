package children

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// filedClasses returns the names of the classes that an institution filed, in the order of its filing; none if it filed none.
func filedClasses(ctx context.Context, q *store.Queries, institution string) ([]string, error) {
	row, err := q.InstitutionByID(ctx, institution)
	if store.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read institution: %w", err)
	}
	var filed nursery.Application
	if len(row.Application) > 0 {
		if err := json.Unmarshal(row.Application, &filed); err != nil {
			return nil, fmt.Errorf("decode filing: %w", err)
		}
	}
	var names []string
	for _, c := range filed.Classes {
		if name := nursery.NormalClass(c.Name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// FiledClasses returns the names of the classes that p's institution filed.
func (s *Service) FiledClasses(ctx context.Context, p nursery.Principal) ([]string, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]string, error) { return filedClasses(ctx, q, p.Institution) })
}

// notFiled returns the fault of a class that is not among those filed, if any are; "" if there is none.
func notFiled(class string, filed []string) string {
	name := nursery.NormalClass(class)
	if name == "" || len(filed) == 0 || slices.Contains(filed, name) {
		return ""
	}
	return "没有备案这个班级。备案的班级：" + strings.Join(filed, "、")
}

// CheckClass refuses a class that p's institution did not file, if it filed any. Error: invalid.
func (s *Service) CheckClass(ctx context.Context, p nursery.Principal, class string) error {
	filed, err := s.FiledClasses(ctx, p)
	if err != nil {
		return err
	}
	if fault := notFiled(class, filed); fault != "" {
		return casework.FaultsError([]nursery.Fault{{Location: "/class", Message: fault}})
	}
	return nil
}
