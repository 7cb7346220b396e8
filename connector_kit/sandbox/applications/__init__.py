"""Applications to practice with: a shop, an ERP, and a chat that hold data in the sandbox's memory.

`application` is what any of them does, `catalog` what these three hold, `hosting` all of them
together. integrator.io has none of this.
"""
