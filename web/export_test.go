package web

// ShowsSubject reports whether the page of a kind of task shows what is decided.
func (s *Site) ShowsSubject(kind string) bool { return s.taskPages[kind].Subject != nil }

// TaskPages returns the kinds of task that have a page of their own.
func (s *Site) TaskPages() (kinds []string) {
	for kind := range s.taskPages {
		kinds = append(kinds, kind)
	}
	return kinds
}
