// Package registry maps driver names to adapters. A new driver is one adapter
// and one line here.
package registry

import (
	"pgbench-drivers/go-runner/internal/adapter"
	"pgbench-drivers/go-runner/internal/adapter/pgxdriver"
	"pgbench-drivers/go-runner/internal/adapter/pqdriver"
	"pgbench-drivers/go-runner/internal/adapter/synthetic"
)

// Adapters holds every driver that this runner can measure.
var Adapters = map[string]adapter.New{
	"lib/pq": pqdriver.New,
	"pgx":    pgxdriver.New,
	"null":   synthetic.NewNull,
	"delay":  synthetic.NewDelay,
}
