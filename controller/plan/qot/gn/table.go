package gn

// table is a matrix with a row for every element or step of a line and a
// column for every channel. Rows have room for further channels.
type table struct {
	data            []float64
	rows, n, stride int
}

// spareColumns is how many channels fit in before rows have to move.
const spareColumns = 16

// shape makes the table that size; its values are then undefined.
func (t *table) shape(rows, n int) {
	t.rows, t.n, t.stride = rows, n, n+spareColumns
	t.data = resize(t.data, rows*t.stride)
}

func (t *table) row(k int) []float64 {
	at := k * t.stride
	return t.data[at : at+t.n : at+t.n]
}

// insert makes room for a channel and sets its column.
func (t *table) insert(at int, column []float64) {
	if t.n == t.stride {
		old := *t
		t.data = nil
		t.shape(old.rows, old.n)
		for k := range t.rows {
			copy(t.row(k), old.row(k))
		}
	}
	t.n++
	for k := range t.rows {
		row := t.row(k)
		copy(row[at+1:], row[at:t.n-1])
		row[at] = column[k]
	}
}

func (t *table) take(from *table) {
	t.rows, t.n, t.stride = from.rows, from.n, from.stride
	t.data = append(t.data[:0], from.data...)
}
