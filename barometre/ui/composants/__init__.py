"""Les composants du navigateur : la carte folium et celle de toutes les communes."""
