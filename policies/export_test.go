package policies

import "maps"

// Sources returns the policies of the first pack and the data they read, for evaluation without the engine.
func Sources() (map[string]string, map[string]any, error) {
	src, err := readFolder(embedded)
	if err != nil {
		return nil, nil, err
	}
	entries, err := src.packs()
	if err != nil {
		return nil, nil, err
	}
	files := maps.Clone(src.files)
	maps.DeleteFunc(files, func(path string, _ []byte) bool { return !isPolicy(path) || !inFolders(path, entries[0].Sources) })
	texts := map[string]string{}
	for path, raw := range files {
		texts[path] = string(raw)
	}
	params, _, err := src.parameters(entries[0])
	return texts, src.data(params), err
}
