package procedures

import "slices"

// used returns the names of the forms and papers that a procedure refers to. Others are not pinned: they may be those of the
// overlay of a county.
func (f *procedureFile) used() (forms, papers []string) {
	form := func(list ...text) { forms = append(forms, names(list)...) }
	effects := func(list []effectFile) {
		for _, e := range list {
			papers = append(papers, e.Paper.s)
		}
	}
	form(f.Start.Facts)
	for _, r := range slices.Concat(f.Rows, f.Registers) {
		form(r.Form)
	}
	for _, a := range f.Anytime {
		form(a.Form)
	}
	for _, e := range f.Ends {
		effects(e.Do)
	}
	f.eachStage(func(s *stageFile) {
		effects(s.Do)
		switch {
		case s.Ask != nil:
			form(s.Ask.Form)
			if s.Ask.Countersign != nil {
				form(s.Ask.Countersign.Form)
			}
		case s.Pay != nil:
			form(s.Pay.Form)
		case s.Publish != nil:
			papers = append(papers, s.Publish.Paper.s)
			if s.Publish.Objection != nil {
				form(s.Publish.Objection.Form)
			}
		}
	})
	return forms, papers
}

// eachStage visits the stages, those of branches included, in the order of the file.
func (f *procedureFile) eachStage(visit func(*stageFile)) {
	for i := range f.Stages {
		s := &f.Stages[i]
		visit(s)
		if s.Together == nil {
			continue
		}
		for j := range s.Together.Branches {
			for k := range s.Together.Branches[j].Stages {
				visit(&s.Together.Branches[j].Stages[k])
			}
		}
	}
}

// unused returns the forms and papers that neither the procedure, which uses those, nor an overlay refers to.
func (s *source) unused(forms, papers []string) (list []text) {
	for _, o := range s.overlays {
		for _, a := range o.Add {
			if a.Ask != nil {
				forms = append(forms, a.Ask.Form.s)
			}
			for _, e := range a.Do {
				papers = append(papers, e.Paper.s)
			}
		}
		for _, p := range o.Papers {
			papers = append(papers, names(p.Papers)...)
		}
	}
	for _, f := range s.forms {
		if !slices.Contains(forms, f.name) {
			list = append(list, text{f.at, f.name})
		}
	}
	for _, p := range s.papers {
		if !slices.Contains(papers, p.name) {
			list = append(list, text{p.at, p.name})
		}
	}
	return list
}
