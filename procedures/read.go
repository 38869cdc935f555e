package procedures

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// maxFileBytes is the maximum size of a file of a procedure.
const maxFileBytes = 1 << 20

// source is the files of a procedure as read.
type source struct {
	file     *procedureFile
	forms    []*form
	papers   []*paper
	rego     map[string][]byte // by path, without tests
	params   []*param
	words    []*wordsFile
	tests    []*scenarioFile
	migrate  *migrateFile
	overlays []*overlayFile
	rules    *rules // compiled before; nil: not yet
}

// read reads the files of a folder. It returns nil if procedure.yaml cannot be read at all.
func read(fsys fs.FS, out *problems) *source {
	s := &source{rego: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := readFile(fsys, name)
		if err != nil {
			out.add("read.file", place{name, 1, 1}, err.Error())
			return nil
		}
		s.take(name, raw, out)
		return nil
	})
	if err != nil {
		out.add("read.file", place{"procedure.yaml", 1, 1}, err.Error())
		return nil
	}
	if s.file == nil && len(out.list) == 0 {
		out.add("read.file", place{"procedure.yaml", 1, 1}, "没有这个文件")
	}
	if s.file == nil {
		return nil
	}
	return s
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes {
		return nil, errors.New("文件超过 1 MB")
	}
	return fs.ReadFile(fsys, name)
}

// take reads a file according to its folder and extension. Files of no known kind are problems, except hidden and README ones.
func (s *source) take(name string, raw []byte, out *problems) {
	folder, base := path.Split(name)
	folder = strings.TrimSuffix(folder, "/")
	extension := path.Ext(base)
	stem := strings.TrimSuffix(base, extension)
	r := &reader{file: name, out: out}
	switch {
	case strings.HasPrefix(base, ".") || strings.HasPrefix(base, "README"):
	case name == "procedure.yaml":
		if root := r.document(raw); root != nil {
			s.file = &procedureFile{}
			r.value(root, s.file, name)
		}
	case name == "migrate.yaml":
		s.migrate = &migrateFile{}
		readInto(r, raw, s.migrate)
	case folder == "forms" && extension == ".json":
		if f := readForm(r, stem, raw); f != nil {
			s.forms = append(s.forms, f)
		}
	case folder == "papers" && extension == ".html":
		if p := readPaper(name, stem, raw, out); p != nil {
			s.papers = append(s.papers, p)
		}
	case folder == "rules" && extension == ".rego":
		if !strings.HasSuffix(stem, "_test") {
			s.rego[name] = raw
		}
	case strings.HasPrefix(folder, "params/") && base == "data.json":
		s.params = append(s.params, readParams(r, strings.ReplaceAll(strings.TrimPrefix(folder, "params/"), "/", "."), raw)...)
	case folder == "words" && extension == ".yaml":
		w := &wordsFile{}
		readInto(r, raw, w)
		s.words = append(s.words, w)
	case folder == "tests" && extension == ".yaml":
		t := &scenarioFile{}
		readInto(r, raw, t)
		s.tests = append(s.tests, t)
	case folder == "overlays" && extension == ".yaml":
		o := &overlayFile{}
		readInto(r, raw, o)
		s.overlays = append(s.overlays, o)
	default:
		out.add("read.stray", place{name, 1, 1}, name)
	}
}

func readInto(r *reader, raw []byte, into any) {
	if root := r.document(raw); root != nil {
		r.value(root, into, r.file)
	}
}

// wordsFile is a file of words/: the words that replace those of the first day.
type wordsFile struct {
	At     place
	Title  text         `yaml:"title" doc:"事项名称"`
	Stages []stageWords `yaml:"stages" doc:"环节和结束的名称"`
	Tasks  []taskWords  `yaml:"tasks" doc:"任务的名称"`
	Clocks []clockWords `yaml:"clocks" doc:"时限的名称"`
}

type stageWords struct {
	At    place
	Name  text `yaml:"."`
	Title text `yaml:"title"`
	Next  text `yaml:"next"`
	Help  text `yaml:"help"`
}

type taskWords struct {
	At    place
	Name  text `yaml:"."`
	Title text `yaml:"title"`
	Short text `yaml:"short"`
	Help  text `yaml:"help"`
}

type clockWords struct {
	Name  text `yaml:"."`
	Title text `yaml:"="`
}

// migrateFile is migrate.yaml: how running cases are moved to a revision with running: map.
type migrateFile struct {
	At     place
	Stages []target        `yaml:"stages" need:"yes" doc:"旧环节: 新环节"`
	Tasks  []migrateChoice `yaml:"tasks" doc:"任务: same 保留，again 重新提出"`
	Clocks []migrateChoice `yaml:"clocks" doc:"时限: on 继续，new 重新开始"`
}

type migrateChoice struct {
	Name text `yaml:"." is:"id"`
	Do   text `yaml:"=" is:"same|again|on|new"`
}
