// Package buildinfo tells the versions of what is linked into the program.
// It imports nothing of the runner.
package buildinfo

import (
	"runtime/debug"
	"strings"
)

// ModuleVersion is the version of a dependency, as the linker recorded it,
// without the "v" that only Go writes before it.
func ModuleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path != path {
			continue
		}
		if module.Replace != nil {
			return strings.TrimPrefix(module.Replace.Version, "v")
		}
		return strings.TrimPrefix(module.Version, "v")
	}
	return "unknown"
}
