"""Widgets for experiments with a network: is this block the identity, what are the feature maps of an image?"""
