package api

import "tuoyu/casework"

// exportPages bounds an export: pages of a hundred.
const exportPages = 1000

// everyPage reads a list to its end, for an export.
func everyPage[T any](read func(casework.PageRequest) (casework.Page[T], error)) ([]T, error) {
	var all []T
	request := casework.PageRequest{Limit: 100}
	for range exportPages {
		page, err := read(request)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			break
		}
		request.After = page.Next
	}
	return all, nil
}
