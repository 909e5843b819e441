"""What all charts share: axes, colours, dates, labels, heat maps, stacked bars, figures."""
