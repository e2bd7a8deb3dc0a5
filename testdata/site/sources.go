package site

import (
	"io/fs"
	"strings"
	"testing/fstest"
)

// Sources returns the three source files of the site (sources/*.yaml) with
// host, such as "127.0.0.1:8099", in the place of "{{host}}". Their names in
// the returned file system are those of the files, without a folder.
func Sources(host string) fs.FS {
	out := fstest.MapFS{}
	names, err := fs.Glob(files, "sources/*.yaml")
	if err != nil { // only a malformed pattern
		panic(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil { // the name was just listed
			panic(err)
		}
		filled := strings.ReplaceAll(string(data), "{{host}}", host)
		out[strings.TrimPrefix(name, "sources/")] = &fstest.MapFile{Data: []byte(filled), Mode: 0o444}
	}
	return out
}
