package light_test

import (
	"math"
	"testing"

	"github.com/waveplane/waveplane/drivers/sim/light"
)

func TestQualityMeetsFecLimitAtRequiredOsnr(t *testing.T) {
	for _, m := range []light.Mode{
		{Modulation: "DP-QPSK", FEC: "oFEC", BaudGBd: 63.1, RequiredOsnrDb: 12.5},
		{Modulation: "DP-8QAM", FEC: "oFEC", BaudGBd: 63.1, RequiredOsnrDb: 21},
		{Modulation: "DP-16QAM", FEC: "CFEC", BaudGBd: 59.84, RequiredOsnrDb: 26},
		{Modulation: "DP-64QAM", FEC: "oFEC", BaudGBd: 90, RequiredOsnrDb: 32},
	} {
		q := m.Quality(m.RequiredOsnrDb)
		if math.Abs(q.Ber/m.FecLimit()-1) > 1e-6 {
			t.Errorf("%s: %.3g errors at the required OSNR, want %.3g", m.Modulation, q.Ber, m.FecLimit())
		}
		better := m.Quality(m.RequiredOsnrDb + 3)
		if better.Ber >= q.Ber || better.QDb <= q.QDb || better.EsnrDb <= q.EsnrDb {
			t.Errorf("%s: 3 dB more OSNR gives %+v after %+v", m.Modulation, better, q)
		}
		if best := m.Quality(60); best.Ber < 1e-12 || best.QDb > 14.5 {
			t.Errorf("%s: a clean line shows %+v; a modem has noise of its own", m.Modulation, best)
		}
	}
}
