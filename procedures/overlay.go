package procedures

import "context"

type overlayFile struct {
	At     place
	County text `yaml:"county" need:"yes" is:"county"`
}

func apply(src *source, o *overlayFile, out *problems) *source { return src }

func checkOverlays(context.Context, *Procedure, *source, Options, *problems) {}
