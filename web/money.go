package web

import (
	"context"
	"fmt"
	"strings"

	"relais/broker"
)

// fillMoney lists the partnerships whose budget is nearly spent.
func (s *server) fillMoney(ctx context.Context, p *deskPage) error {
	spent, err := s.Budgets.Tight(ctx, p.Zone)
	if err != nil {
		return fmt.Errorf("add up what was spent: %w", err)
	}
	for _, one := range spent {
		p.Money = append(p.Money, p.T("desk.money.line", "partnership", one.Partnership.Name,
			"spent", p.euros(one.Total().InEuros()), "budget", p.euros(one.Budget.Month)))
	}
	return nil
}

// cents is a price so small that a tenth of a cent counts: 0.055, 0.11.
func (v view) cents(amount float64) string {
	text := strings.TrimSuffix(fmt.Sprintf("%.3f", amount), "0")
	if v.Lang != broker.English {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// euros is 48.40 as the reader's language writes it.
func (v view) euros(amount float64) string {
	text := fmt.Sprintf("%.2f", amount)
	if v.Lang != broker.English {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}
