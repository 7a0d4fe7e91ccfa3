"""L'entrée de l'application : `uvicorn app:app`, `streamlit run app.py`, ou un test (AppTest).

Le script que Streamlit rejoue est ailleurs (`barometre/ui/script/main.py`) : un script principal à côté
du dossier `pages/` montrerait « Page not found » au premier visiteur d'un lien profond.
"""

from pathlib import Path

from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx
from streamlit.starlette import App

from barometre.ui.application import render_application
from barometre.ui.incidents import show_incident
from barometre.ui.serving import build_middleware, build_routes, warm_up

SCRIPT = Path(__file__).resolve().parent / "barometre" / "ui" / "script" / "main.py"

if get_script_run_ctx(suppress_warning=True) is None:
    app = App(
        SCRIPT,
        routes=build_routes(),
        middleware=build_middleware(),
        on_script_error=show_incident,
        lifespan=warm_up,
    )
else:
    # Un test rejoue ce fichier comme un script.
    render_application()
