// Package pipelines holds the configuration that the binary carries: topics,
// stages and limits, sources, lexicons and patterns. All of it is YAML.
package pipelines

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml */*.yaml
var files embed.FS

// FS is the configuration in the binary, with trade.yaml at its root.
func FS() fs.FS { return files }
