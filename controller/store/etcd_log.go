package store

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// slowRequest is how long one request may take before etcd warns of it.
const slowRequest = 2 * time.Second

// etcdLogger passes etcd's warnings and errors on to log, until quiet is set: a
// server on its way down reports each closed connection as an error. A nil quiet
// is never set.
func etcdLogger(log *slog.Logger, quiet *atomic.Bool) *zap.Logger {
	return zap.New(slogCore{log.With("part", "etcd"), quiet}, zap.WithFatalHook(zapcore.WriteThenPanic))
}

// slogCore is a zap core on top of slog.
type slogCore struct {
	log   *slog.Logger
	quiet *atomic.Bool
}

func (c slogCore) Enabled(level zapcore.Level) bool {
	return level >= zapcore.WarnLevel && (c.quiet == nil || !c.quiet.Load())
}

func (c slogCore) With(fields []zapcore.Field) zapcore.Core {
	return slogCore{c.log.With(attributes(fields)...), c.quiet}
}

func (c slogCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(e.Level) || expected(e.Message) {
		return checked
	}
	return checked.AddCore(e, c)
}

func (c slogCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	level := slog.LevelWarn
	if e.Level >= zapcore.ErrorLevel {
		level = slog.LevelError
	}
	c.log.Log(context.Background(), level, e.Message, attributes(fields)...)
	return nil
}

func (slogCore) Sync() error { return nil }

func attributes(fields []zapcore.Field) []any {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(enc)
	}
	out := make([]any, 0, len(fields))
	for _, f := range fields {
		if v, ok := enc.Fields[f.Key]; ok {
			out = append(out, slog.Any(f.Key, v))
		}
	}
	return out
}

// expected tells what etcd says at every start of a single member behind a
// socket, or at the first start of a new one, and what means nothing there.
func expected(message string) bool {
	switch message {
	case "Running http and grpc server on single port. This is not recommended for production.",
		"exceeded recommended request limit",
		"simple token is not cryptographically signed",
		"Failed to detect schema version",
		"failed to update storage version":
		return true
	}
	return false
}
