// Command coredns is CoreDNS with only the plugins that the lab's Corefile names: the usual one
// compiles three clouds and a tracer as well.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

func main() {
	// In the order in which a question passes them.
	dnsserver.Directives = []string{
		"bind", "health", "ready", "errors", "cache", "template", "kubernetes",
	}
	coremain.Run()
}
